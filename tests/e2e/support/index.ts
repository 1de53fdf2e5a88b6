export { accessibilityFindings } from './accessibility';
export { launchBrowser } from './browser';
export { startTestHost, type TestHost } from './host';
export { picture } from './pictures';
export { setNumber, trainSample } from './samples';
export { openWorkbench, watch, type Workbench } from './workbench';
export { drop, exported, flowersCsv, scratch, shapesZip } from './files';
