import { deflateSync } from 'node:zlib';
import { colorBytes, type Drawing, type FigureFacts, type Paint, type Raster, type Shape } from './drawing';
import { PdfObjects } from './pdf-objects';
import { readPath } from './path-data';
import { outlineText } from './text';

/** Points of a page for a pixel of a drawing: CSS pixels, 96 an inch. */
const POINTS = 72 / 96;

/** How far a Bezier curve's handles reach for a quarter of a circle of radius 1. */
const QUARTER = 0.5522847498;

/**
 * A drawing as one PDF page (PDF 1.7, ISO 32000-1): shapes and letters are paths, rasters are images with their transparency. The
 * recipe is an attached file `recipe.json`, stored uncompressed.
 */
export function pdfFile(drawing: Drawing, { title, program, recipe }: FigureFacts): Uint8Array {
  const { width, height, background, rasters, shapes } = drawing;
  const objects = new PdfObjects();
  const images = rasters.map((raster) => addImage(objects, raster));
  const page = new PageContent();
  // Drawings count down from the upper left corner, pages count up from the lower left one.
  page.write(`${number(POINTS)} 0 0 ${number(-POINTS)} 0 ${number(height * POINTS)} cm 1 j 1 J`);
  page.draw({ kind: 'rectangle', left: 0, top: 0, width, height, fill: background });
  rasters.forEach(({ frame, background: below }, i) => {
    page.draw({ kind: 'rectangle', ...frame, fill: below });
    page.write(`q ${number(frame.width)} 0 0 ${number(-frame.height)} ${number(frame.left)} ${number(frame.top + frame.height)} cm /I${i} Do Q`);
  });
  for (const shape of shapes) page.draw(shape);
  const contents = objects.addStream('', deflateSync(page.text), '/FlateDecode');
  const states = [...page.opacities].map(([opacity, name]) => `/${name} << /CA ${number(opacity)} >>`).join(' ');
  const recipeFile = objects.addStream('/Type /EmbeddedFile /Subtype /application#2Fjson', Buffer.from(recipe));
  const attachment = objects.add(`<< /Type /Filespec /F (recipe.json) /UF (recipe.json) /Desc (What makes this picture again) /EF << /F ${recipeFile} >> >>`);
  const pages = objects.reserve();
  const leaf = objects.add(`<< /Type /Page /Parent ${pages} /MediaBox [0 0 ${number(width * POINTS)} ${number(height * POINTS)}] /Contents ${contents} /Resources << /XObject << ${images.map((image, i) => `/I${i} ${image}`).join(' ')} >> /ExtGState << ${states} >> >> >>`);
  objects.fill(pages, `<< /Type /Pages /Kids [${leaf}] /Count 1 >>`);
  const catalog = objects.add(`<< /Type /Catalog /Pages ${pages} /Names << /EmbeddedFiles << /Names [(recipe.json) ${attachment}] >> >> >>`);
  const info = objects.add(`<< /Title ${textString(title)} /Creator ${textString(program)} >>`);
  return objects.finish(catalog, info);
}

function addImage(objects: PdfObjects, { pixels, frame: { width, height } }: Raster): string {
  const colors = new Uint8Array(width * height * 3);
  const alpha = new Uint8Array(width * height);
  for (let i = 0; i < alpha.length; i++) {
    colors.set(pixels.subarray(i * 4, i * 4 + 3), i * 3);
    alpha[i] = pixels[i * 4 + 3]!;
  }
  const image = `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /BitsPerComponent 8`;
  const mask = objects.addStream(`${image} /ColorSpace /DeviceGray`, deflateSync(alpha), '/FlateDecode');
  return objects.addStream(`${image} /ColorSpace /DeviceRGB /SMask ${mask}`, deflateSync(colors), '/FlateDecode');
}

/** The operators of a page, and the states of transparency that they name. */
class PageContent {
  readonly opacities = new Map<number, string>();
  private readonly lines: string[] = [];

  get text(): string {
    return this.lines.join('\n');
  }

  write(line: string): void {
    this.lines.push(line);
  }

  draw(shape: Shape): void {
    switch (shape.kind) {
      case 'path':
        return this.paint(shape, pathOperators(shape.d));
      case 'rectangle':
        return this.paint(shape, `${[shape.left, shape.top, shape.width, shape.height].map(number).join(' ')} re`);
      case 'circle':
        return this.paint(shape, circle(shape.x, shape.y, shape.radius));
      case 'text':
        return this.letters(shape);
      case 'group': {
        const { x = 0, y = 0, clip, shapes } = shape;
        this.write(`q 1 0 0 1 ${number(x)} ${number(y)} cm`);
        if (clip) this.write(`${[clip.left, clip.top, clip.width, clip.height].map(number).join(' ')} re W n`);
        for (const part of shapes) this.draw(part);
        this.write('Q');
      }
    }
  }

  private paint({ fill, stroke, strokeWidth = 1, strokeOpacity = 1 }: Paint, path: string): void {
    if (fill === undefined && stroke === undefined) return;
    const state = stroke !== undefined && strokeOpacity < 1 ? `/${this.opacity(strokeOpacity)} gs` : '';
    const line = stroke === undefined ? '' : `${color(stroke)} RG ${number(strokeWidth)} w`;
    const area = fill === undefined ? '' : `${color(fill)} rg`;
    const operator = fill === undefined ? 'S' : stroke === undefined ? 'f' : 'B';
    this.write(['q', state, line, area, path, operator, 'Q'].filter(Boolean).join(' '));
  }

  private letters(shape: Extract<Shape, { kind: 'text' }>): void {
    const { text, x, y, color: ink, rotate = 0, halo } = shape;
    const { scale, letters } = outlineText(text, shape);
    const [cos, sin] = [scale * Math.cos((rotate * Math.PI) / 180), scale * Math.sin((rotate * Math.PI) / 180)];
    this.write(`q ${[cos, sin, -sin, cos].map(precise).join(' ')} ${number(x)} ${number(y)} cm ${color(ink)} rg`);
    const path = letters.map(({ at, d }) => pathOperators(d, at)).join(' ');
    if (halo && path !== '') this.write(`${color(halo.color)} RG ${number((2 * halo.width) / scale)} w ${path} S`);
    if (path !== '') this.write(`${path} f`);
    this.write('Q');
  }

  private opacity(value: number): string {
    const name = this.opacities.get(value) ?? `O${this.opacities.size}`;
    this.opacities.set(value, name);
    return name;
  }
}

/** A path's operators, moved to the right by `shift`. */
function pathOperators(d: string, shift = 0): string {
  return readPath(d)
    .map(({ command, points }) => {
      const places = points.map((value, i) => number(i % 2 === 0 ? value + shift : value)).join(' ');
      return command === 'close' ? 'h' : `${places} ${{ move: 'm', line: 'l', curve: 'c' }[command]}`;
    })
    .join(' ');
}

function circle(x: number, y: number, r: number): string {
  const k = QUARTER * r;
  const arcs = [
    [x + r, y + k, x + k, y + r, x, y + r],
    [x - k, y + r, x - r, y + k, x - r, y],
    [x - r, y - k, x - k, y - r, x, y - r],
    [x + k, y - r, x + r, y - k, x + r, y],
  ];
  return `${number(x + r)} ${number(y)} m ${arcs.map((arc) => `${arc.map(number).join(' ')} c`).join(' ')} h`;
}

const number = (value: number): string => String(Math.round(value * 1000) / 1000 + 0);
const precise = (value: number): string => (Math.abs(value) < 1e-9 ? '0' : value.toFixed(8));
const color = (text: string): string => colorBytes(text).map((byte) => number(byte / 255)).join(' ');

/** A text in UTF-16 with its mark, which every reader takes (section 7.9.2.2). */
function textString(text: string): string {
  return `<FEFF${Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16).padStart(4, '0').toUpperCase()).join('')}>`;
}
