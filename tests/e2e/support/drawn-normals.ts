import { FloatType, Mesh, NearestFilter, OrthographicCamera, Scene, ShaderMaterial, WebGLRenderer, WebGLRenderTarget } from 'three';
import { makeFrame } from '../../../renderer/surface/frame';
import { heightField } from '../../../renderer/surface/heights';
import { SurfaceMesh } from '../../../renderer/surface/mesh';

/** Shows the normal in place of a colour. */
const fragmentShader = /* glsl */ `
varying vec3 vNormal;
void main() {
  gl_FragColor = vec4(vNormal, 1.0);
}`;

/**
 * Draws a surface's mesh from straight above with the window's own vertex shader, one pixel a grid point. In a page: a test bundles this file.
 *
 * @returns `normals`: at each grid point `[east, north, up, 1]` as the shader works them out, zeros where nothing is drawn; `frame`: half the width and half the depth of
 * the base, and what a unit of height is, all in the scene's lengths
 */
export function drawnNormals(x: readonly number[], y: readonly number[], values: readonly number[]): { normals: number[]; frame: { halfX: number; halfY: number; perHeight: number } } {
  const [columns, rows] = [x.length, y.length];
  const field = heightField(Float64Array.from(values), columns, rows, 'linear', null)!;
  const frame = makeFrame(Float64Array.from(x), Float64Array.from(y), field, 1);
  const surface = new SurfaceMesh();
  surface.update(field, frame, false);
  const material = new ShaderMaterial({ vertexShader: surface.material.vertexShader, fragmentShader, uniforms: surface.material.uniforms, side: surface.material.side });
  const scene = new Scene();
  scene.add(Object.assign(new Mesh(surface.object.geometry, material), { frustumCulled: false }));
  // Half a cell beyond the border, so that every grid point is the middle of a pixel.
  const [right, top] = [frame.halfX * (1 + 1 / (columns - 1)), frame.halfZ * (1 + 1 / (rows - 1))];
  const camera = new OrthographicCamera(-right, right, top, -top, 0.1, 10);
  camera.up.set(0, 0, -1);
  camera.position.set(0, 5, 0);
  camera.lookAt(0, 0, 0);
  const renderer = new WebGLRenderer();
  const target = new WebGLRenderTarget(columns, rows, { type: FloatType, minFilter: NearestFilter, magFilter: NearestFilter });
  renderer.setClearColor('#000', 0);
  renderer.setRenderTarget(target);
  renderer.render(scene, camera);
  const pixels = new Float32Array(columns * rows * 4);
  renderer.readRenderTargetPixels(target, 0, 0, columns, rows, pixels);
  return { normals: Array.from(pixels), frame: { halfX: frame.halfX, halfY: frame.halfZ, perHeight: frame.relief / (field.high - field.low) } };
}

Object.assign(globalThis, { drawnNormals });
