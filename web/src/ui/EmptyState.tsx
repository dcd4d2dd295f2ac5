import { Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconMoodSmile, type Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";

/** Nothing to show: says why, and what to do. */
export function EmptyState(props: { icon?: Icon; title: string; text?: string; children?: ReactNode }) {
  const Shown = props.icon ?? IconMoodSmile;
  return (
    <Stack align="center" gap="sm" py={64} px="md">
      <ThemeIcon size={48} radius="xl" variant="light"><Shown /></ThemeIcon>
      <Title order={2} size="h4" ta="center">{props.title}</Title>
      {props.text && <Text c="dimmed" ta="center" maw={460}>{props.text}</Text>}
      {props.children}
    </Stack>
  );
}
