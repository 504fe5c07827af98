import { type Symbol as MorphSymbol, ts } from "ts-morph";

/** Names that libraries and authors give to a property that only the compiler sees. */
const brandNames = /^_+(?:brand|flavou?r|nominal|opaque|phantom)/i;

/**
 * Whether a property makes a type differ from others for the compiler alone: it has such a name, or its key is a symbol
 * that is declared and that no program makes.
 */
export function isBrand(property: MorphSymbol): boolean {
  return isBrandName(property.getName()) || isSymbolBrand(property);
}

/** Whether a property is called like a brand. */
export function isBrandName(name: string): boolean {
  return brandNames.test(name);
}

/** Whether the key of a property is a symbol that is declared and that no program makes. */
export function isSymbolBrand(property: MorphSymbol): boolean {
  if (!isSymbolKey(property)) return false;
  // The compiler's own note of what the key is, which mapped types have and their declarations do not show.
  const { links } = property.compilerSymbol as ts.Symbol & {
    readonly links?: { readonly nameType?: ts.Type };
  };
  const declaration = links?.nameType?.symbol?.valueDeclaration;
  return declaration !== undefined && isAmbient(declaration);
}

/** Whether the key of a property is a symbol. */
export function isSymbolKey(property: MorphSymbol): boolean {
  return property.getName().startsWith("__@");
}

/** What the library declares is a property, of `SymbolConstructor`, and exists. */
function isAmbient(declaration: ts.Declaration): boolean {
  if (!ts.isVariableDeclaration(declaration)) return false;
  const isDeclared = (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Ambient) !== 0;
  return isDeclared || declaration.getSourceFile().isDeclarationFile;
}
