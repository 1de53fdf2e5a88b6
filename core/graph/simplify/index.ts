import { elementwise } from './elementwise';
import { layout } from './layout';
import { products } from './products';
import { addRules } from './rule';

for (const table of [elementwise, layout, products]) addRules(table);
