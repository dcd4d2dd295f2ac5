import { Badge } from "@mantine/core";
import { useI18n } from "@/i18n";

interface RunLike {
  state: "queued" | "running" | "done" | "failed";
  passed: boolean | null;
}

/** How a run ended, or how far it is. */
export function RunBadge({ run }: { run: RunLike }) {
  const { t } = useI18n();
  const [key, color] =
    run.state !== "done"
      ? ([`calibration.runState.${run.state}`, run.state === "failed" ? "red" : "blue"] as const)
      : run.passed === null
        ? (["calibration.golden.unclear", "gray"] as const)
        : run.passed
          ? (["calibration.golden.passed", "assay"] as const)
          : (["calibration.golden.failed", "red"] as const);
  return <Badge variant="light" color={color} tt="none" fw={600}>{t(key)}</Badge>;
}
