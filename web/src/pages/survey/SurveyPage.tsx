import { Button, Card, Group, Rating, Stack, Text, Textarea, ThemeIcon, Title } from "@mantine/core";
import { IconHeart, IconLock, IconMoodEmpty } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent, type ReactNode } from "react";
import { api, call, type Schema } from "@/api/client";
import { asApiError } from "@/api/errors";
import { browserLanguage, I18nProvider, loadDictionary, useI18n, type Language } from "@/i18n";
import { errorText } from "@/ui/ErrorState";
import { ListSkeleton } from "@/ui/Skeletons";
import classes from "./Survey.module.css";

type Form = Schema<"SurveyForm"> & { language?: Language; open?: boolean };

/** What the link in a mail leads to: nobody is signed in here. `place` is reference and ticket of the address. */
export default function SurveyPage({ place }: { place: string }) {
  const { path, form } = useForm(place);
  const language = form.data?.language ?? browserLanguage();
  const dictionary = useQuery({ queryKey: ["dictionary", language], queryFn: () => loadDictionary(language), staleTime: Infinity, enabled: !form.isPending });
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  if (!dictionary.data) return null;
  return (
    <I18nProvider dictionary={dictionary.data} language={language}>
      <main className={classes.page}>
        <Card withBorder shadow="sm" padding="xl" radius="lg" className={classes.card}>
          {form.data ? <Asked form={form.data} path={path} /> : form.isError ? <Refused error={form.error} /> : <ListSkeleton rows={3} />}
        </Card>
      </main>
    </I18nProvider>
  );
}

function useForm(place: string) {
  const [, reference = "", ticketId = ""] = /^(.+)-([^-]+)$/.exec(place) ?? [];
  const path = { reference, ticketId: Number(ticketId) || 0 };
  const form = useQuery({
    queryKey: ["survey", place],
    queryFn: async () => (await call(api.GET("/api/mind/survey/{reference}-{ticketId}", { params: { path } }))) as Form,
    retry: false,
    staleTime: Infinity,
  });
  return { path, form };
}

function Asked({ form, path }: { form: Form; path: { reference: string; ticketId: number } }) {
  const { t } = useI18n();
  const [stars, setStars] = useState(form.answerStars ?? 0);
  const [text, setText] = useState("");
  const send = useMutation({
    mutationFn: () => call(api.POST("/api/mind/survey/{reference}-{ticketId}", { params: { path }, body: { stars, text: text.trim() || null } })),
  });
  useEffect(() => {
    document.title = t("survey.title");
  }, [t]);
  if (send.isSuccess) return <Said icon={<IconHeart />} color="assay" title={t("survey.thanks")} text={t("survey.thanksText")} />;
  const closed = form.open === false || (send.isError && asApiError(send.error).status === 409);
  if (closed) return <Said icon={<IconLock />} color="gray" title={t("survey.closed")} text={t("survey.closedText")} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (stars > 0) send.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="lg">
        <div>
          <Title order={1} size="h3">{form.question}</Title>
          <Text c="dimmed" size="sm" mt={4}>{form.answered ? t("survey.before") : t("survey.lead")}</Text>
        </div>
        <div role="group" aria-label={t("survey.stars")}>
          <Rating size={38} count={form.scale} value={stars} onChange={setStars} className={classes.stars}
            getSymbolLabel={(count) => t("survey.star", { count, scale: form.scale })} />
          <Group justify="space-between" mt={4} className={classes.ends}>
            <Text size="xs" c="dimmed">{t("survey.worst")}</Text>
            <Text size="xs" c="dimmed">{t("survey.best")}</Text>
          </Group>
        </div>
        <Textarea label={t("survey.comment")} autosize minRows={3} maxRows={10} maxLength={4000} value={text} onChange={(event) => setText(event.currentTarget.value)} />
        {send.isError && <Text role="alert" c="red" size="sm">{asApiError(send.error).status === 429 ? t("survey.tooMany") : errorText(send.error, t)}</Text>}
        <Button type="submit" size="md" disabled={stars === 0} loading={send.isPending}>{t(form.answered ? "survey.change" : "survey.send")}</Button>
      </Stack>
    </form>
  );
}

function Refused({ error }: { error: unknown }) {
  const { t } = useI18n();
  const { status } = asApiError(error);
  const unknown = status === 404 || status === 401 || status === 422;
  return (
    <Said icon={<IconMoodEmpty />} color="gray" title={unknown ? t("survey.unknown") : t("common.errorTitle")}
      text={unknown ? t("survey.unknownText") : status === 429 ? t("survey.tooMany") : errorText(error, t)} />
  );
}

function Said(props: { icon: ReactNode; color: string; title: string; text: string }) {
  return (
    <Stack align="center" gap="sm" py="md" role="status">
      <ThemeIcon size={52} radius="xl" variant="light" color={props.color}>{props.icon}</ThemeIcon>
      <Title order={1} size="h3" ta="center">{props.title}</Title>
      <Text c="dimmed" ta="center">{props.text}</Text>
    </Stack>
  );
}
