import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

declare const process: { env: Record<string, string | undefined> };
const api = process.env.ASSAYDESK_API ?? "http://127.0.0.1:8711";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  build: { outDir: "dist", emptyOutDir: true, assetsInlineLimit: 0, sourcemap: false, target: "es2022", reportCompressedSize: true },
  server: {
    proxy: {
      "/api": {
        target: api,
        changeOrigin: true,
        // The API accepts writes with the cookie only from its own pages.
        headers: { origin: api },
      },
    },
  },
});
