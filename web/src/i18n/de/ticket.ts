import type en from "../en/ticket";

const de: typeof en = {
  title: "Ticket",
};
export default de;
