import type { ContractMethod, ContractParam, TypeId } from "./contract-types.js";
import type { DispatchArguments } from "./dispatch-arguments.js";
import { DispatchError } from "./dispatch-errors.js";
import type { ValueFitter } from "./fit-value.js";
import { hresults } from "./hresults.js";
import { VariantMismatch } from "./loose-value.js";
import { readVariant } from "./read-variant.js";

/**
 * Reads the arguments of a call as the method declares them. Those of a stream end with the
 * function for its items, whichever of the others are left out.
 * @throws {DispatchError} `DISP_E_BADPARAMCOUNT`, or `DISP_E_TYPEMISMATCH` with the argument.
 */
export function readArguments(
  method: ContractMethod,
  args: DispatchArguments,
  fitter: ValueFitter,
): readonly unknown[] {
  const { params, onItem } = method;
  const last = params.at(-1);
  const hasRest = last?.rest === true;
  const length = onItem === undefined ? args.length : args.positional - 1;
  const required = params.filter(({ optional, rest }) => !optional && !rest).length;
  if (length < required || (length > params.length && !hasRest)) {
    throw new DispatchError(hresults.badParamCount);
  }
  return fitter.together(() => {
    const values: unknown[] = Array.from({ length }, (_, place) =>
      readArgument(args, place, { param: params[place] ?? (last as ContractParam), fitter }),
    );
    if (onItem === undefined) return values;
    return [...values, fitArgument(args, args.indexOf(length), { type: onItem, fitter })];
  });
}

function readArgument(
  args: DispatchArguments,
  place: number,
  { param, fitter }: { readonly param: ContractParam; readonly fitter: ValueFitter },
): unknown {
  const index = args.indexOf(place);
  if (index === undefined && !param.optional) throw new DispatchError(hresults.badParamCount);
  return fitArgument(args, index, { type: param.type, optional: param.optional, fitter });
}

function fitArgument(
  args: DispatchArguments,
  index: number | undefined,
  to: { readonly type: TypeId; readonly optional?: boolean; readonly fitter: ValueFitter },
): unknown {
  if (index === undefined) return undefined;
  try {
    const value = readVariant(args.variantAt(index));
    return value === undefined && to.optional === true ? undefined : to.fitter.fit(value, to.type);
  } catch (thrown) {
    if (thrown instanceof VariantMismatch) throw new DispatchError(hresults.typeMismatch, index);
    throw thrown;
  }
}
