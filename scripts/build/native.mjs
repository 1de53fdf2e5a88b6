/**
 * Packages that stay in node_modules because they load binaries of their own; everything else is bundled. They, and
 * what they need, are the production dependencies of package.json, and what electron-builder packs besides dist.
 */
export const nativePackages = ['onnxruntime-node', 'onnxruntime-common', '@duckdb/*', 'sharp', '@tensorflow/tfjs-node-gpu'];
