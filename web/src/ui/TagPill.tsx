import { Badge } from "@mantine/core";

const COLORS: Record<string, string> = {
  grey: "#64748b", green: "#2f9e44", red: "#e03131", blue: "#1c7ed6", yellow: "#e8a800", purple: "#9c36b5", orange: "#e8590c",
  teal: "#0c8599",
};

export function TagPill({ name, title, color }: { name: string; title?: string; color?: string | null }) {
  return (
    <Badge
      variant="default" size="sm" radius="sm" tt="none" fw={500} maw={170} title={title ?? name}
      leftSection={
        <svg width="8" height="8" aria-hidden="true">
          <circle cx="4" cy="4" r="4" fill={COLORS[color ?? ""] ?? COLORS.grey} />
        </svg>
      }
    >
      {name}
    </Badge>
  );
}
