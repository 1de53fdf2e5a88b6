/** A runtime's message as a person would put it. */
export function plainReason(id: string, message: string): string {
  const library = /([\w.-]+\.(?:so[\w.]*|dll|dylib))[^\n]*(?:cannot open shared object|No such file|not found|LoadLibrary)/i.exec(message)?.[1];
  if (library !== undefined) return `the library ${library} is missing`;
  if (id === 'cuda' && /load shared library/i.test(message)) {
    return "ONNX Runtime's CUDA libraries (libonnxruntime_providers_cuda.so and _shared.so) are not installed beside it";
  }
  if (/no supported adapters|failed to get a webgpu adapter/i.test(message)) return 'no graphics adapter with a driver was found';
  if (/driver version is insufficient/i.test(message)) return 'the graphics driver is too old for this CUDA';
  if (/no CUDA-capable device|no device/i.test(message)) return 'the driver shows no card';
  return message.split('\n')[0]!.slice(0, 200);
}
