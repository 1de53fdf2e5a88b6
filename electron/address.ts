/** The scheme of the application's own pages and files. */
export const scheme = 'app';

/** The one page of the application. */
export const pageAddress = `${scheme}://basin/index.html`;

/**
 * Whether an address is one of the application's own. Node's URL gives custom schemes an opaque origin, so scheme and host
 * are compared.
 */
export function isOurs(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host } = new URL(address);
  return protocol === `${scheme}:` && host === 'basin';
}
