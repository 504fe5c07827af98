import { type JsonForm, type JsonKind, jsonKindOf } from "./json-form.js";
import { at, JsonMismatch, kindOf } from "./json-mismatch.js";
import type { JsonWalk } from "./json-walk.js";
import { markedWith, numberForm } from "./scalar-forms.js";

/**
 * A union. A member that JSON has by itself is in its own form. Another one is in its own form too,
 * unless a second member uses the same kind of JSON: then it is an object with its mark,
 * `{ "$date": "…" }`. Of several objects or arrays that are left, the first that fits is used.
 */
export function unionForm(label: string, membersOf: () => readonly JsonForm[]): JsonForm {
  let known: Members | undefined;
  const members = () => {
    known ??= new Members(label, membersOf());
    return known;
  };
  return {
    get kinds() {
      return members().kinds;
    },
    read: (json, walk) => members().read(json, walk),
    write: (value, walk) => members().write(value, walk),
  };
}

/** Returns the members of a union that are in an object with their mark. */
export function markedMembers(members: readonly JsonForm[]): readonly JsonForm[] {
  return members.filter((member) => {
    if (member.mark === undefined) return false;
    return members.some((other) => other !== member && sharesKind(member, other));
  });
}

class Members {
  readonly kinds: readonly JsonKind[] | undefined;
  readonly #label: string;
  readonly #all: readonly JsonForm[];
  readonly #marked: readonly JsonForm[];
  readonly #plain: readonly JsonForm[];

  constructor(label: string, members: readonly JsonForm[]) {
    this.#label = label;
    this.#all = members;
    this.#marked = markedMembers(members);
    this.#plain = members.filter((member) => !this.#marked.includes(member));
    const kinds = this.#plain.map((member) => member.kinds);
    this.kinds = kinds.includes(undefined)
      ? undefined
      : [...new Set([...kinds.flatMap((each) => each ?? []), ...(this.#marked.length > 0 ? objects : [])])];
  }

  read(json: unknown, walk: JsonWalk): unknown {
    for (const member of this.#marked) {
      const mark = member.mark as string;
      const data = markedWith(mark, json);
      if (data !== undefined) return at(mark, () => member.read(data, walk));
    }
    const kind = jsonKindOf(json);
    const isNumber = markedWith("$number", json) !== undefined && this.#plain.includes(numberForm);
    const candidates = isNumber
      ? [numberForm]
      : this.#plain.filter(({ kinds }) => kinds?.includes(kind) ?? true);
    return this.#first(candidates, json, { json: true, walk }).converted;
  }

  write(value: unknown, walk: JsonWalk): unknown {
    const { member, converted } = this.#first(this.#all, value, { json: false, walk });
    return this.#marked.includes(member) ? { [member.mark as string]: converted } : converted;
  }

  #first(candidates: readonly JsonForm[], value: unknown, how: Direction): Fit {
    const { json, walk } = how;
    const convert = (member: JsonForm): Fit => ({
      member,
      converted: json ? member.read(value, walk) : member.write(value, walk),
    });
    const [only, another] = candidates;
    if (only !== undefined && another === undefined) return convert(only);
    for (const member of ranked(candidates, value, how)) {
      const fit = walk.guess(() => convert(member));
      if (fit !== undefined) return fit;
    }
    throw new JsonMismatch(
      this.#label,
      candidates.length === 0 ? kindOf(value) : `${kindOf(value)} that fits no member`,
    );
  }
}

interface Direction {
  readonly json: boolean;
  readonly walk: JsonWalk;
}

interface Fit {
  readonly member: JsonForm;
  readonly converted: unknown;
}

const objects: readonly JsonKind[] = ["object"];

/** Sorts the members that may fit: those with most of the value's properties come first. */
function ranked(candidates: readonly JsonForm[], value: unknown, { json, walk }: Direction) {
  if (jsonKindOf(value) !== "object") return candidates;
  walk.spend(candidates.length);
  return candidates
    .map((member) => ({ member, fit: member.fit?.(value as object, json) ?? 0 }))
    .filter(({ fit }) => fit >= 0)
    .sort((one, other) => other.fit - one.fit)
    .map(({ member }) => member);
}

function sharesKind(one: JsonForm, other: JsonForm): boolean {
  return other.kinds === undefined || one.kinds?.some((kind) => other.kinds?.includes(kind)) === true;
}
