import { callMistakes } from "./call-mistakes.js";
import { connectionMistakes } from "./connection-mistakes.js";
import { endpointMistakes } from "./endpoint-mistakes.js";
import { handlerMistakes } from "./handler-mistakes.js";
import type { MistakeGroup } from "./mistake.js";
import { serviceMistakes } from "./service-mistakes.js";

/** All mistakes of docs/troubleshooting.md, in the order of the page. */
export const mistakeGroups: readonly MistakeGroup[] = [
  endpointMistakes,
  connectionMistakes,
  serviceMistakes,
  callMistakes,
  handlerMistakes,
];
