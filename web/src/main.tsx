import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./app/global.css";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { browserLanguage, loadCore } from "./i18n";

const nonce = document.querySelector<HTMLMetaElement>('meta[name="assaydesk-nonce"]')?.content ?? "";
// Libraries that write style elements ask for the nonce of the page under this name.
(globalThis as { __webpack_nonce__?: string }).__webpack_nonce__ = nonce;

// Asked for at once, and not only when it is known who is there; the first page waits for them.
void loadCore(browserLanguage());
if (["/", "/inbox"].includes(window.location.pathname)) void import("./pages/inbox/InboxPage");

createRoot(document.getElementById("root")!).render(<App nonce={nonce} />);
