/**
 * Who may speak with the local API. Any page of any site can send requests to 127.0.0.1, and DNS can point any name
 * there; so the Host must be ours (DNS rebinding) and an Origin, where a browser sends one, too.
 */
export interface Guard {
  host(host: string | undefined): boolean;
  origin(origin: string | undefined, fetchSite?: string): boolean;
}

export function guardFor(port: number): Guard {
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  const origins = new Set([...hosts].map((host) => `http://${host}`));
  return {
    host: (host) => host !== undefined && hosts.has(host.toLowerCase()),
    // No Origin: not a browser, or a same-origin GET; the token is asked for in any case.
    origin: (origin, fetchSite) =>
      (origin === undefined || origins.has(origin)) &&
      (fetchSite === undefined || fetchSite === 'same-origin' || fetchSite === 'none'),
  };
}

/** Headers of every answer. Scripts, styles and connections come from here or not at all, files from the port `filesPort`. */
export function securityHeaders(port: number, filesPort: number): Readonly<Record<string, string>> {
  const sockets = `ws://127.0.0.1:${port} ws://localhost:${port}`;
  const files = `http://127.0.0.1:${filesPort}`;
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    `connect-src 'self' ${sockets} ${files}`,
    `media-src ${files}`,
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return {
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Frame-Options': 'DENY',
  };
}
