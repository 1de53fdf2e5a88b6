export { UserError } from './error';
