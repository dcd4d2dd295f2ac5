import { Button } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { useI18n } from "@/i18n";
import { EmptyState } from "./EmptyState";

function Crashed() {
  const { t } = useI18n();
  return (
    <EmptyState title={t("common.errorTitle")} text={t("common.crashed")}>
      <Button onClick={() => window.location.reload()}>{t("common.reload")}</Button>
    </EmptyState>
  );
}

/** Keeps the rest of the program usable when a page fails. Give it the path as `key`. */
export class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  render() {
    return this.state.failed ? <Crashed /> : this.props.children;
  }
}
