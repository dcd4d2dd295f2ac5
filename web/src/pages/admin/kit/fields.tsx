import { MultiSelect, type MultiSelectProps } from "@mantine/core";
import { fromIds, toIds, useTagChoices, CHANNELS, type Choice } from "./lookups";
import { useWords } from "./words";

type Rest = Omit<MultiSelectProps, "data" | "value" | "onChange">;

/** Several of something that has numbers as ids. */
export function IdsField({ data, ids, change, ...rest }: Rest & { data: Choice[]; ids: number[]; change: (ids: number[]) => void }) {
  const { t } = useWords();
  return (
    <MultiSelect searchable clearable nothingFoundMessage={t("admin.noMatch")} {...rest} data={data} value={fromIds(ids)}
      onChange={(values) => change(toIds(values))} />
  );
}

export function TagsField(props: Rest & { ids: number[]; change: (ids: number[]) => void }) {
  return <IdsField data={useTagChoices()} {...props} />;
}

export function ChannelsField({ channels, change, ...rest }: Rest & { channels: string[]; change: (channels: string[]) => void }) {
  const { t } = useWords();
  const data = CHANNELS.map((value) => ({ value, label: t(`admin.channel_${value}`) }));
  return <MultiSelect clearable {...rest} data={data} value={channels} onChange={change} />;
}
