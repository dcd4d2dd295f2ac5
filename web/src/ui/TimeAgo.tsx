import { Text, Tooltip, type TextProps } from "@mantine/core";
import { useEffect, useState } from "react";
import { instant, useI18n, type Moment } from "@/i18n";

/** The clock of the page, renewed each half minute by one timer for all. */
const listeners = new Set<(now: Date) => void>();
let timer: number | undefined;

export function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    listeners.add(setNow);
    timer ??= window.setInterval(() => {
      const current = new Date();
      for (const tell of listeners) tell(current);
    }, 30_000);
    return () => {
      listeners.delete(setNow);
      if (listeners.size === 0) {
        window.clearInterval(timer);
        timer = undefined;
      }
    };
  }, []);
  return now;
}

export function TimeAgo({ value, ...rest }: { value: Moment } & TextProps) {
  const { format } = useI18n();
  const now = useNow();
  return (
    <Tooltip label={format.dateTime(value)}>
      <Text span inherit {...rest} renderRoot={(props) => <time dateTime={instant(value).toISOString()} {...props} />}>
        {format.relative(value, now)}
      </Text>
    </Tooltip>
  );
}
