/**
 * Packages that stay in node_modules because they load binaries of their own; everything else is bundled. They are the
 * production dependencies of package.json, and what electron-builder packs besides dist (electron-builder.yml, `files`).
 * TensorFlow is optional: an owner of a CUDA 11 set-up installs it, no installer holds it.
 */
export const nativePackages = ['onnxruntime-node', 'onnxruntime-common', '@duckdb/*', 'sharp', '@tensorflow/tfjs-node-gpu'];

/** What those need besides at run time. */
export const neededByNative = ['@img/*', 'detect-libc', 'semver', 'sharp/node_modules/semver'];
