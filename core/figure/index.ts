export { assemble, colorBytes, label, polyline, segment, type Drawing, type FigureFacts, type Paint, type Raster, type Rectangle, type Shape } from './drawing';
export { enlarged } from './enlarged';
export { htmlTable, type StaticPage, staticPage } from './page';
export { pdfFile } from './pdf';
export { pngFile } from './png';
export { encodePng, pngChunks, uint32, type PngChunk } from './png-chunks';
export { svgElement, svgFile } from './svg';
export { fitText, textWidth, type TextStyle } from './text';
export { escapeXml } from './xml';
