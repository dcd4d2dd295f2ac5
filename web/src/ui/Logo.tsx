import { Group, Text } from "@mantine/core";

export function Logo({ short = false }: { short?: boolean }) {
  return (
    <Group gap={10} wrap="nowrap">
      <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="#0f766e" />
        <path d="M8.5 23.5 16 7.5l7.5 16" fill="none" stroke="#fff" strokeWidth="3" strokeLinecap="round" strokeLinejoin="round" />
        <path d="m11.8 18.2 3 2.8 5.4-5.6" fill="none" stroke="#fbbf24" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round" />
      </svg>
      {!short && <Text fw={700} size="lg" span>Assaydesk</Text>}
    </Group>
  );
}
