/**
 * The API of bridges, which offer services to programs that do not speak the protocol. A bridge
 * reads the types of methods as data, and calls the services through a link inside the process.
 */
export type { ErrorType } from "../service/error-type.js";
export type { Method, MethodKind, Param } from "../service/method.js";
export type { NamedField } from "../shape/object-shape.js";
export type { Shape } from "../shape/shape.js";
export { bridgeTransport } from "./bridge-transport.js";
export {
  describeShape,
  type ScalarKind,
  type ShapeDescription,
  type TypedArrayKind,
} from "./describe-shape.js";
