import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Where `npm run dev` finds a running Postern's admin address. */
const ADMIN = process.env.POSTERN_ADMIN ?? 'http://127.0.0.1:9090';

/** Writes `.br` and `.gz` beside each file whose compressed form is smaller: the binary embeds them. */
function precompressed(): Plugin {
  return {
    name: 'precompressed',
    apply: 'build',
    // After all files are written: until then plugins still change them.
    async writeBundle({ dir = 'dist' }, bundle) {
      for (const name of Object.keys(bundle).filter((name) => /\.(js|css|svg)$/.test(name))) {
        const plain = await readFile(join(dir, name));
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
        const forms = { br: brotliCompressSync(plain, { params }), gz: gzipSync(plain, { level: 9 }) };
        for (const [ending, bytes] of Object.entries(forms)) {
          if (bytes.length < plain.length) await writeFile(join(dir, `${name}.${ending}`), bytes);
        }
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), precompressed()],
  build: {
    target: 'es2022',
    assetsDir: 'assets',
    // Everything comes from a file of its own: `data:` URLs would widen the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: {
    proxy: {
      '^/(api|healthz|readyz)': {
        target: ADMIN,
        changeOrigin: true,
        // The API takes changes from its own origin only.
        configure: (proxy) => proxy.on('proxyReq', (request) => request.setHeader('origin', ADMIN)),
      },
    },
  },
});
