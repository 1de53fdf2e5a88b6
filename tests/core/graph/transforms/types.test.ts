import { describe, expectTypeOf, test } from 'vitest';
import * as g from '#core/graph';

/** Checked by the compiler: these functions are never called. */
const never = (_: () => unknown): void => undefined;

type Params = { w: g.Tensor; layers: { b: g.Tensor }[] };
declare const params: Params;
declare const x: g.Tensor;
const loss = (p: Params, input: g.Tensor): g.Tensor => g.sum(g.mul(p.w, input));

describe('types of the transformations', () => {
  test('results are trees like the arguments', () => {
    never(() => {
      expectTypeOf(g.grad(loss)).toEqualTypeOf<(params: Params, input: g.Tensor) => Params>();
      expectTypeOf(g.valueAndGrad(loss)(params, x)).toEqualTypeOf<[g.Tensor, Params]>();
      expectTypeOf(g.valueAndGrad((p: Params) => [p.w, { seen: p.w }] as const, { hasAux: true })(params)).toEqualTypeOf<[[g.Tensor, { readonly seen: g.Tensor }], Params]>();
      expectTypeOf(g.hvp(loss)).toEqualTypeOf<(params: Params, v: Params, input: g.Tensor) => Params>();
      const both: [{ y: g.Tensor }, { y: g.Tensor }] = g.jvp((p: Params) => ({ y: p.w }), params, params);
      expectTypeOf(both).not.toBeAny();
      expectTypeOf(g.vjp((p: Params) => ({ y: p.w }), params)).toEqualTypeOf<[{ y: g.Tensor }, (cotangent: { y: g.Tensor }) => Params]>();
      expectTypeOf(g.vmap((p: Params, input: g.Tensor) => ({ y: loss(p, input) }))).toEqualTypeOf<(p: Params, input: g.Tensor) => { y: g.Tensor }>();
      expectTypeOf(g.checkpoint(loss)).toEqualTypeOf<(p: Params, input: g.Tensor) => g.Tensor>();
      expectTypeOf(g.perExampleGrad(loss)(params, x)).toEqualTypeOf<Params>();
      expectTypeOf(g.gaussNewtonProduct((p: Params) => ({ y: p.w }), ({ y }) => g.sum(y))(params, params)).toEqualTypeOf<Params>();
      const step = (carry: { h: g.Tensor }, row: { a: g.Tensor }): [{ h: g.Tensor }, g.Tensor[]] => [carry, [row.a]];
      expectTypeOf(g.scan(step, { h: x }, { a: x })).toEqualTypeOf<[{ h: g.Tensor }, g.Tensor[]]>();
    });
  });

  test('wrong calls do not compile', () => {
    never(() => {
      // @ts-expect-error the value to differentiate must be one tensor
      g.grad((p: Params) => p);
      // @ts-expect-error a parameter that is no tensor
      g.grad((p: { w: g.Tensor; name: string }) => p.w);
      // @ts-expect-error a missing argument of the function
      g.grad(loss)(params);
      // @ts-expect-error another tree than the function takes
      g.grad(loss)({ w: x }, x);
      // @ts-expect-error the vector is not a tree like the parameters
      g.hvp(loss)(params, { w: x }, x);
      // @ts-expect-error the tangent is not a tree like the argument
      g.jvp((p: Params) => p.w, params, { w: x });
      // @ts-expect-error the cotangent is not a tree like the result
      g.vjp((p: Params) => ({ y: p.w }), params)[1](x);
      // @ts-expect-error a number is no tensor
      g.vmap((input: g.Tensor) => g.neg(input))(3);
      // @ts-expect-error more axes than arguments
      g.vmap((input: g.Tensor) => g.neg(input), { inAxes: [0, 0] });
      // @ts-expect-error an axis for a part that the argument does not have
      g.vmap((p: { w: g.Tensor }) => g.neg(p.w), { inAxes: [{ v: 0 }] });
      // @ts-expect-error the step must give the carry and results
      g.scan((h: g.Tensor) => h, x, x);
      // @ts-expect-error the step's carry is another tree than the first one
      g.scan((h: { a: g.Tensor }): [{ a: g.Tensor }, g.Tensor] => [h, h.a], { b: x }, x);
      // @ts-expect-error the loss does not take what the model gives
      g.gaussNewtonProduct((p: Params) => ({ y: p.w }), (outputs: g.Tensor) => g.sum(outputs));
      // @ts-expect-error the checkpointed function's argument
      g.checkpoint(loss)(params, params);
      // @ts-expect-error the batch of examples is missing
      g.perExampleGrad(loss)(params);
    });
  });
});
