import { interceptorCases, policyCases } from "./cases/around-calls.js";
import { callOptionCases } from "./cases/call-options.js";
import { closingCases } from "./cases/closing.js";
import { connectingCases } from "./cases/connecting.js";
import { contextCases } from "./cases/contexts.js";
import { damagedMessageCases } from "./cases/damaged-messages.js";
import { deadlineDetailCases } from "./cases/deadline-details.js";
import { deadlineCases } from "./cases/deadlines.js";
import { errorCases } from "./cases/errors.js";
import { functionCases } from "./cases/functions.js";
import { handOverCases } from "./cases/hand-over.js";
import { hostileServerCases } from "./cases/hostile-servers.js";
import { lifecycleCases } from "./cases/lifecycle.js";
import { limitCases } from "./cases/limits.js";
import { limitsAtWorkCases } from "./cases/limits-at-work.js";
import { malformedCases } from "./cases/malformed.js";
import { malformedReferenceCases } from "./cases/malformed-references.js";
import { oneWayCases } from "./cases/one-way-calls.js";
import { pipeliningCases } from "./cases/pipelining.js";
import { serviceReferenceCases } from "./cases/service-references.js";
import { streamCancellingCases } from "./cases/stream-cancelling.js";
import { streamEndCases } from "./cases/stream-ends.js";
import { streamFlowCases } from "./cases/stream-flow.js";
import { streamCases } from "./cases/streams.js";
import { typedErrorCases } from "./cases/typed-errors.js";
import { unaryCases } from "./cases/unary.js";
import { unaryArgumentCases } from "./cases/unary-arguments.js";
import { unaryTrafficCases } from "./cases/unary-traffic.js";
import { valueCases } from "./cases/values.js";
import type { ConformanceCase } from "./conformance-kit.js";

/** The cases that every transport has to pass, also one that is not part of this package. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...valueCases,
  ...unaryCases,
  ...unaryArgumentCases,
  ...unaryTrafficCases,
  ...streamCases,
  ...streamEndCases,
  ...streamCancellingCases,
  ...streamFlowCases,
  ...handOverCases,
  ...functionCases,
  ...serviceReferenceCases,
  ...pipeliningCases,
  ...errorCases,
  ...typedErrorCases,
  ...deadlineCases,
  ...deadlineDetailCases,
  ...callOptionCases,
  ...policyCases,
  ...interceptorCases,
  ...oneWayCases,
  ...contextCases,
  ...lifecycleCases,
  ...connectingCases,
  ...closingCases,
  ...malformedCases,
  ...malformedReferenceCases,
  ...damagedMessageCases,
  ...hostileServerCases,
  ...limitCases,
  ...limitsAtWorkCases,
];
