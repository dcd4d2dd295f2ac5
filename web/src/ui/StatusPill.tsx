import { Badge } from "@mantine/core";
import { useI18n } from "@/i18n";

export type TicketStatus = "open" | "pending" | "closed";
const COLORS: Record<TicketStatus, string> = { open: "blue", pending: "yellow", closed: "gray" };

export function StatusPill({ status, size = "sm" }: { status: TicketStatus; size?: "sm" | "md" }) {
  const { t } = useI18n();
  return <Badge variant="light" autoContrast={false} color={COLORS[status]} size={size} tt="none">{t(`ticket.status.${status}`)}</Badge>;
}
