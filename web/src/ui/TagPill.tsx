import { Badge } from "@mantine/core";

export function TagPill({ name, color }: { name: string; color?: string | null }) {
  return (
    <Badge variant="default" size="sm" radius="sm" tt="none" fw={500} maw={180} title={name}
      leftSection={<svg width="8" height="8" aria-hidden="true"><circle cx="4" cy="4" r="4" fill={color ?? "#64748b"} /></svg>}
    >
      {name}
    </Badge>
  );
}
