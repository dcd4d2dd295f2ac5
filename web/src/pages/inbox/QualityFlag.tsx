import { Badge, Tooltip } from "@mantine/core";
import { IconRosetteDiscountCheck } from "@tabler/icons-react";
import { useI18n } from "@/i18n";

export interface Flag {
  ticketId: number;
  assessments: number;
  open: number;
  needsHuman: number;
  knockedOut: boolean | number;
  appeal: boolean;
  percentage: number | null;
}

/** How the work on a ticket was assessed, as far as the reader may know. */
export function QualityFlag({ flag }: { flag: Flag | undefined }) {
  const { t, format } = useI18n();
  if (!flag || flag.assessments === 0) return null;
  const percent = flag.percentage === null ? "" : format.percent(flag.percentage);
  const pending = flag.open > 0;
  const color = flag.knockedOut ? "red" : pending || flag.percentage === null ? "gray" : flag.percentage >= 80 ? "teal" : "orange";
  return (
    <Tooltip label={pending ? t("inbox.qualityOpen") : t("inbox.quality", { percent })}>
      <Badge variant="light" color={color} size="sm" tt="none" leftSection={<IconRosetteDiscountCheck size={12} />}>
        {percent || "…"}
      </Badge>
    </Tooltip>
  );
}
