import { BackSide, BufferAttribute, BufferGeometry, Color, FrontSide, Group, Mesh, ShaderMaterial } from 'three';
import type { IsoSurface } from '#host-client';

const vertexShader = /* glsl */ `
varying vec3 vNormal;
varying vec3 vView;
void main() {
  vNormal = normalize(normalMatrix * normal);
  vec4 view = modelViewMatrix * vec4(position, 1.0);
  vView = -view.xyz;
  gl_Position = projectionMatrix * view;
}`;

// The light of the surface over a plane; a shell is denser where it is seen edge-on, as glass is.
const fragmentShader = /* glsl */ `
uniform vec3 base;
uniform float density;
uniform vec3 up;
varying vec3 vNormal;
varying vec3 vView;
void main() {
  vec3 n = normalize(vNormal);
  vec3 v = normalize(vView);
  if (dot(n, v) < 0.0) n = -n;
  vec3 key = normalize(vec3(-0.55, 0.75, 0.65));
  float diffuse = pow(clamp(dot(n, key) * 0.5 + 0.5, 0.0, 1.0), 1.6);
  float sky = dot(n, up) * 0.5 + 0.5;
  vec3 color = base * (0.46 + 0.52 * diffuse + 0.14 * sky) + 0.12 * pow(clamp(dot(n, normalize(key + v)), 0.0, 1.0), 38.0);
  float rim = 1.0 - abs(dot(n, v));
  gl_FragColor = vec4(color, density + (1.0 - density) * 0.75 * rim * rim * rim);
  #include <colorspace_fragment>
}`;

/** How dense the shells are, the inner one first. */
const DENSITIES = [0.92, 0.3, 0.14];

/** Nested iso-surfaces: far sides first from the outside in, then near sides from the inside out, so that each shines through the next. */
export class Shells {
  readonly object = new Group();
  private materials: ShaderMaterial[] = [];

  /** @param shells inner one first, with sRGB colours (0..1) */
  update(shells: readonly { readonly surface: IsoSurface; readonly color: readonly [number, number, number] }[]): void {
    this.clear();
    shells.forEach(({ surface, color: [r, g, b] }, depth) => {
      if (surface.indices.length === 0) return;
      const geometry = new BufferGeometry();
      geometry.setAttribute('position', new BufferAttribute(surface.positions, 3));
      geometry.setAttribute('normal', new BufferAttribute(surface.normals, 3));
      geometry.setIndex(new BufferAttribute(surface.indices, 1));
      const density = DENSITIES[Math.min(depth, DENSITIES.length - 1)]!;
      const base = new Color().setRGB(r, g, b, 'srgb');
      for (const side of [BackSide, FrontSide]) {
        const material = new ShaderMaterial({ vertexShader, fragmentShader, side, transparent: true, depthWrite: depth === 0, uniforms: { base: { value: base }, density: { value: density }, up: { value: [0, 1, 0] } } });
        const mesh = new Mesh(geometry, material);
        mesh.frustumCulled = false;
        mesh.renderOrder = side === BackSide ? 10 - depth : 10 + depth;
        this.materials.push(material);
        this.object.add(mesh);
      }
    });
  }

  light(up: unknown): void {
    for (const { uniforms } of this.materials) uniforms['up']!.value = up;
  }

  dispose(): void {
    this.clear();
  }

  private clear(): void {
    for (const child of [...this.object.children] as Mesh[]) {
      child.geometry.dispose();
      this.object.remove(child);
    }
    for (const material of this.materials) material.dispose();
    this.materials = [];
  }
}
