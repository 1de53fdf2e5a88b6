import { createRequire } from 'node:module';
import { serve } from '../../frame/serve';
import { prepareInBasin } from './works';

const version = (name: string): string => (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version;

await serve({ 'ONNX Runtime': version('onnxruntime-node'), Node: process.versions.node }, prepareInBasin);
