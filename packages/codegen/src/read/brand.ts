import { type Symbol as MorphSymbol, ts } from "ts-morph";

/** Names that libraries and authors give to a property that only the compiler sees. */
const brandNames = /^_+(?:brand|flavou?r|nominal|opaque|phantom)/i;

/**
 * True if a property distinguishes a type for the compiler only: it has the name of a brand, or its
 * key is a symbol that is declared but never created.
 */
export function isBrand(property: MorphSymbol): boolean {
  return isBrandName(property.getName()) || isSymbolBrand(property);
}

/** True if a property has the name of a brand. */
export function isBrandName(name: string): boolean {
  return brandNames.test(name);
}

/** True if the key of a property is a symbol that is declared but never created. */
export function isSymbolBrand(property: MorphSymbol): boolean {
  if (!isSymbolKey(property)) return false;
  // The compiler's internal record of the key. Mapped types have it; their declarations do not
  // show it.
  const { links } = property.compilerSymbol as ts.Symbol & {
    readonly links?: { readonly nameType?: ts.Type };
  };
  const declaration = links?.nameType?.symbol?.valueDeclaration;
  return declaration !== undefined && isAmbient(declaration);
}

/** True if the key of a property is a symbol. */
export function isSymbolKey(property: MorphSymbol): boolean {
  return property.getName().startsWith("__@");
}

/**
 * True for `declare const`. The library's symbols are properties of `SymbolConstructor` instead,
 * and exist at run time.
 */
function isAmbient(declaration: ts.Declaration): boolean {
  if (!ts.isVariableDeclaration(declaration)) return false;
  const isDeclared = (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Ambient) !== 0;
  return isDeclared || declaration.getSourceFile().isDeclarationFile;
}
