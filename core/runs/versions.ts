import program from '../../package.json' with { type: 'json' };
import onnxruntime from 'onnxruntime-node/package.json' with { type: 'json' };

/** What a run was made with. */
export function versions() {
  return {
    basin: program.version,
    node: process.versions.node,
    onnxruntime: onnxruntime.version,
    platform: `${process.platform}-${process.arch}`,
  };
}

/** The program's name and version, as recipes and files carry it. */
export const programName = `basin ${program.version}`;
