import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./app/global.css";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";

const nonce = document.querySelector<HTMLMetaElement>('meta[name="assaydesk-nonce"]')?.content ?? "";
// Libraries that write style elements ask for the nonce of the page under this name.
(globalThis as { __webpack_nonce__?: string }).__webpack_nonce__ = nonce;

createRoot(document.getElementById("root")!).render(<App nonce={nonce} />);
