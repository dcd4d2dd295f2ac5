import { Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** Title of a page, a sentence about it, and on the right what can be done. */
export function PageHead({ title, lead, children }: { title: ReactNode; lead?: ReactNode; children?: ReactNode }) {
  return (
    <Group justify="space-between" align="flex-start" gap="sm" mb="md">
      <div>
        <Title order={1} size="h2">{title}</Title>
        {lead && <Text c="dimmed" size="sm">{lead}</Text>}
      </div>
      <Group gap="xs">{children}</Group>
    </Group>
  );
}
