import { Button, Group, Text } from "@mantine/core";
import { IconPhotoOff } from "@tabler/icons-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useI18n } from "@/i18n";
import classes from "./MailFrame.module.css";

const STYLE = `
  :root { color-scheme: light; }
  html, body { margin: 0; padding: 0; background: #fff; }
  body { font: 14px/1.55 Inter, "Segoe UI", -apple-system, Roboto, "Helvetica Neue", sans-serif; color: #1c2426; overflow-wrap: anywhere; }
  img { max-width: 100%; height: auto; }
  table { max-width: 100%; }
  pre { white-space: pre-wrap; }
  a { color: #0b5f59; }
  blockquote { margin: 8px 0 8px 2px; padding-left: 12px; border-left: 3px solid #d5dcdd; color: #58666a; }
`;

const FORBIDDEN = "script, iframe, frame, object, embed, form, meta, link, base, style, svg, video, audio, source";
const FETCHING = ["srcset", "background", "poster", "ping", "data", "lowsrc", "dynsrc"];

/** The server has cleaned the mail, and the frame runs and fetches nothing; this is the same once more. */
function makeQuiet(element: Element): void {
  for (const { name } of [...element.attributes]) if (name.startsWith("on") || FETCHING.includes(name)) element.removeAttribute(name);
  if (/url\s*\(|expression|@import/i.test(element.getAttribute("style") ?? "")) element.removeAttribute("style");
  if (/^\s*(javascript|vbscript|data):/i.test(element.getAttribute("href") ?? "")) element.removeAttribute("href");
  const source = element.getAttribute("src");
  if (source !== null && !/^(data:image\/|\/(?!\/))/i.test(source)) element.removeAttribute("src");
}

function prepared(html: string, imageUrl: (number: string) => string, withImages: boolean): { page: string; blocked: boolean } {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  for (const bad of parsed.querySelectorAll(FORBIDDEN)) bad.remove();
  for (const element of parsed.querySelectorAll("*")) makeQuiet(element);
  for (const link of parsed.querySelectorAll("a")) {
    link.setAttribute("target", "_blank");
    link.setAttribute("rel", "noopener noreferrer");
  }
  let blocked = false;
  for (const image of parsed.querySelectorAll("img")) {
    const number = image.getAttribute("data-remote-image");
    if (number === null) continue;
    if (withImages) image.setAttribute("src", imageUrl(number));
    else blocked = true;
  }
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="assaydesk-nonce"]')?.content ?? "";
  const page = `<!doctype html><html><head><style nonce="${nonce}">${STYLE}</style></head><body>${parsed.body.innerHTML}</body></html>`;
  return { page, blocked };
}

/**
 * HTML that came from outside, in a frame that can run nothing. Images from elsewhere are loaded after a click, by our
 * own server. The frame keeps our origin, without which its images would be asked for without the session; scripts stay
 * off because the sandbox does not allow them.
 */
export function MailFrame({ html, imageUrl }: { html: string; imageUrl: (number: string) => string }) {
  const { t } = useI18n();
  const [withImages, setWithImages] = useState(false);
  const [height, setHeight] = useState(80);
  const frame = useRef<HTMLIFrameElement>(null);
  const { page, blocked } = useMemo(() => prepared(html, imageUrl, withImages), [html, imageUrl, withImages]);
  const observer = useRef<ResizeObserver | null>(null);
  useEffect(() => () => observer.current?.disconnect(), []);
  const loaded = () => {
    const body = frame.current?.contentDocument?.body;
    if (!body) return;
    const measure = () => setHeight(Math.min(4000, Math.max(24, Math.ceil(body.getBoundingClientRect().height) + 2)));
    measure();
    observer.current?.disconnect();
    observer.current = new ResizeObserver(measure);
    observer.current.observe(body);
  };
  return (
    <div>
      {blocked && (
        <Group gap="xs" mb={8}>
          <IconPhotoOff size={15} aria-hidden />
          <Text size="xs" c="dimmed">{t("ticket.imagesBlocked")}</Text>
          <Button size="compact-xs" variant="light" onClick={() => setWithImages(true)}>{t("ticket.showImages")}</Button>
        </Group>
      )}
      <iframe
        ref={frame} title={t("ticket.mail")} className={classes.frame} style={{ height }} srcDoc={page} onLoad={loaded}
        sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" referrerPolicy="no-referrer"
      />
    </div>
  );
}
