import { randomBytes, timingSafeEqual } from 'node:crypto';

/** Name of the cookie that stands for a page that came with the right address. */
export const sessionCookie = 'basin_session';

/**
 * One page is let in: its address carries a token, which is exchanged once for a cookie. A token that leaks afterwards (a
 * browser's history, a shoulder) is worth nothing.
 */
export class Session {
  readonly token = randomBytes(32).toString('base64url');
  readonly #cookie = randomBytes(32).toString('base64url');
  #used = false;

  /** The cookie for the right token, `'used'` when it has been exchanged before, `undefined` for a wrong one. */
  exchange(token: string): string | 'used' | undefined {
    if (!same(token, this.token)) return undefined;
    if (this.#used) return 'used';
    this.#used = true;
    return `${sessionCookie}=${this.#cookie}; Path=/; HttpOnly; SameSite=Strict`;
  }

  /** Whether a request's `Cookie` header holds the session. */
  admits(cookieHeader: string | undefined): boolean {
    return (cookieHeader ?? '').split(';').some((pair) => {
      const [name, value] = pair.trim().split('=', 2);
      return name === sessionCookie && value !== undefined && same(value, this.#cookie);
    });
  }
}

function same(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
