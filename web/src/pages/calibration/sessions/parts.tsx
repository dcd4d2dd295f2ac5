import { Badge, Tooltip } from "@mantine/core";
import { IconCircle, IconCircleCheckFilled, IconPencil } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useI18n } from "@/i18n";
import { scorecardsQuery, type Lookup } from "../../quality/data";
import type { SessionState, SheetState } from "../data";

const COLORS: Record<SessionState, string> = { open: "orange", closed: "assay", cancelled: "gray" };

export function SessionBadge({ state }: { state: SessionState }) {
  const { t } = useI18n();
  return <Badge variant="light" color={COLORS[state]} tt="none" fw={600}>{t(`calibration.state.${state}`)}</Badge>;
}

const SHEETS = {
  notStarted: { icon: IconCircle, color: "var(--desk-quiet)" },
  draft: { icon: IconPencil, color: "light-dark(var(--mantine-color-orange-8), var(--mantine-color-orange-4))" },
  submitted: { icon: IconCircleCheckFilled, color: "light-dark(var(--mantine-color-assay-7), var(--mantine-color-assay-4))" },
} as const;

export function SheetIcon({ state, name }: { state: SheetState; name?: string }) {
  const { t } = useI18n();
  const { icon: Shown, color } = SHEETS[state];
  const label = `${name ? `${name}: ` : ""}${t(`calibration.sheetState.${state}`)}`;
  return (
    <Tooltip label={label}>
      <Shown size={18} role="img" aria-label={label} color={color} style={{ verticalAlign: "middle" }} />
    </Tooltip>
  );
}

/** Names of scorecards by the id of their revision. */
export function useCards(): Lookup {
  const { data } = useQuery(scorecardsQuery("active,draft,retired"));
  const names = new Map((data ?? []).map((card) => [card.id, card.name]));
  return {
    list: (data ?? []).map(({ id, name }) => ({ id, name })),
    name: (id) => (id === null || id === undefined ? "" : (names.get(id) ?? `#${id}`)),
  };
}
