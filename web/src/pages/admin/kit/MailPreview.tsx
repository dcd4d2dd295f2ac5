import { useMemo } from "react";

/** HTML of a template as a mail shows it: no script, no access to this page, nothing loaded from elsewhere. */
export function MailPreview({ html, title }: { html: string; title: string }) {
  const page = useMemo(
    () =>
      "<!doctype html><meta charset=utf-8><meta http-equiv=Content-Security-Policy " +
      "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">" +
      "<body style=\"font:15px/1.55 system-ui,sans-serif;margin:16px;color:#1f2328;background:#fff;overflow-wrap:anywhere\">" + html,
    [html],
  );
  return (
    <iframe title={title} sandbox="" srcDoc={page}
      style={{ width: "100%", minHeight: 280, border: "1px solid var(--mantine-color-default-border)", borderRadius: 8, background: "#fff" }} />
  );
}
