import fc from "fast-check";
import { expect, test } from "vitest";
import { IdMap } from "./id-map.js";
import { type ListItem, SwapRemoveList } from "./swap-remove-list.js";

const ids = fc.oneof(fc.nat({ max: 20 }), fc.integer({ min: 65_530, max: 65_540 }), fc.constant(2 ** 32 - 1));

test("an IdMap behaves like a Map for any ids", () => {
  const steps = fc.array(fc.record({ id: ids, remove: fc.boolean() }), { maxLength: 100 });
  fc.assert(
    fc.property(steps, (taken) => {
      const [map, model] = [new IdMap<{ id: number }>(), new Map<number, { id: number }>()];
      for (const { id, remove } of taken) {
        const entry = { id };
        if (remove) {
          map.delete(id);
          model.delete(id);
        } else {
          map.set(id, entry);
          model.set(id, entry);
        }
        for (const { id: seen } of taken) {
          expect(map.get(seen)).toBe(model.get(seen));
          expect(map.has(seen)).toBe(model.has(seen));
        }
      }
      map.clear();
      expect(taken.some(({ id }) => map.has(id))).toBe(false);
    }),
  );
});

test("a large id costs no memory for smaller ones", () => {
  const map = new IdMap<object>();
  const before = process.memoryUsage().heapUsed;
  map.set(4_000_000_000, {});
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_000_000);
});

test("a SwapRemoveList holds the items that were added and not deleted", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 }), { maxLength: 100 }), (numbers) => {
      const items: (ListItem & { readonly number: number })[] = Array.from({ length: 10 }, (_, number) => ({
        number,
        index: -1,
      }));
      const [list, model] = [new SwapRemoveList<(typeof items)[number]>(), new Set<(typeof items)[number]>()];
      for (const number of numbers) {
        const item = items[number] as (typeof items)[number];
        if (model.delete(item)) {
          list.delete(item);
          list.delete(item);
        } else {
          model.add(item);
          list.add(item);
        }
        expect(list.size).toBe(model.size);
        expect(new Set(list)).toEqual(model);
      }
      list.clear();
      expect(list.size).toBe(0);
    }),
  );
});
