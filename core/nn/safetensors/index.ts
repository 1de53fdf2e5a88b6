export type { SafetensorsFile, StoredTensor, TensorArray } from './format';
export { readSafetensors } from './read';
export { writeSafetensors } from './write';
