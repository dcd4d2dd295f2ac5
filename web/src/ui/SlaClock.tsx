import { Badge, Tooltip } from "@mantine/core";
import { IconClock, IconFlame } from "@tabler/icons-react";
import { instant, useI18n } from "@/i18n";
import { useNow } from "./TimeAgo";

/** Time left until a ticket is due: calm, then amber within two hours, then red. */
export function SlaClock({ due }: { due: string | null | undefined }) {
  const { format } = useI18n();
  const now = useNow();
  if (!due) return null;
  const left = (instant(due).getTime() - now.getTime()) / 1000;
  const color = left < 0 ? "red" : left < 7_200 ? "orange" : "gray";
  return (
    <Tooltip label={format.dateTime(due)}>
      <Badge
        variant={color === "gray" ? "default" : "light"} color={color} size="sm" tt="none" fw={600}
        leftSection={left < 0 ? <IconFlame size={12} /> : <IconClock size={12} />}
      >
        {format.relative(due, now)}
      </Badge>
    </Tooltip>
  );
}
