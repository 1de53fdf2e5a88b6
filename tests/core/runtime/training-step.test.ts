import { expect, test } from 'vitest';
import { add, logSoftmax, matmul, mean, mul, neg, oneHot, Philox, relu, sizeOf, spec, sub, sum, type Tensor, transpose, valueAndGrad } from '#core/graph';
import { compileFunction, type Feed } from '#core/runtime';

type Parameters = Record<'0.weight' | '0.bias' | '1.weight' | '1.bias', Tensor>;

const parameterSpecs = { '0.weight': spec([32, 10]), '0.bias': spec([32]), '1.weight': spec([3, 32]), '1.bias': spec([3]) };
const specs = { params: parameterSpecs, x: spec([16, 10]), labels: spec([16], 'int32'), learningRate: spec([]) };

function loss(p: Parameters, x: Tensor, labels: Tensor): Tensor {
  const hidden = relu(add(matmul(x, transpose(p['0.weight'])), p['0.bias']));
  const logits = add(matmul(hidden, transpose(p['1.weight'])), p['1.bias']);
  return neg(mean(sum(mul(oneHot(labels, 3), logSoftmax(logits)), 1)));
}

/** Loss after each of 100 steps of gradient descent. */
async function train(device: 'cpu' | 'reference'): Promise<number[]> {
  const step = await compileFunction(
    ({ params, x, labels, learningRate }) => {
      const [value, slopes] = valueAndGrad(loss)(params, x, labels);
      const next = (name: keyof Parameters): Tensor => sub(params[name], mul(learningRate, slopes[name]));
      return {
        loss: value,
        params: { '0.weight': next('0.weight'), '0.bias': next('0.bias'), '1.weight': next('1.weight'), '1.bias': next('1.bias') },
      };
    },
    specs,
    { device },
  );
  const random = new Philox(0, 'training step');
  const start = (name: keyof Parameters): Feed => random.normals(sizeOf(parameterSpecs[name].shape)).map((v) => 0.3 * v);
  let params: Record<keyof Parameters, Feed> = { '0.weight': start('0.weight'), '0.bias': start('0.bias'), '1.weight': start('1.weight'), '1.bias': start('1.bias') };
  const x = random.normals(160);
  const labels = Int32Array.from({ length: 16 }, (_, i) => i % 3);
  const losses: number[] = [];
  for (let i = 0; i < 100; i++) {
    const result = await step.call({ params, x, labels, learningRate: Float32Array.of(0.2) });
    losses.push(Number((await result.loss.read())[0]));
    for (const old of Object.values(params)) if ('dispose' in old) old.dispose();
    params = result.params;
  }
  await step.dispose();
  return losses;
}

test('a network trains alike on ONNX Runtime and on the float64 reference', async () => {
  const [fast, exact] = [await train('cpu'), await train('reference')];
  fast.forEach((value, i) => expect(Math.abs(value - exact[i]!)).toBeLessThan(1e-4 * exact[i]!));
  expect(exact[99]!).toBeLessThan(0.1 * exact[0]!);
});

test('the same steps give the same bits', async () => {
  expect(await train('cpu')).toEqual(await train('cpu'));
});
