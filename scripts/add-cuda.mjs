// npm run add:cuda: fetches the libraries with which ONNX Runtime computes on NVIDIA cards (Linux), from their official release.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { installCuda } from './cuda/install.mjs';

const require = createRequire(import.meta.url);
const root = dirname(require.resolve('onnxruntime-node/package.json'));
const system = `${process.platform}/${process.arch}`;

try {
  const files = await installCuda({
    metadata: require(join(root, 'script/install-metadata.js')),
    system,
    folder: join(root, 'bin/napi-v6', system),
    say: (line) => console.log(line),
  });
  for (const file of files) console.log(`installed ${file}`);
  console.log('The card also needs NVIDIA\'s driver, CUDA 12 and cuDNN 9. `npx basin devices` says whether it can be used now.');
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
