// The sample that ships with rftd: the same lines as tools/sample, sent like any other file.
import sample from "../../../tools/sample/chess_tutor.jsonl?url";
import { problemFrom } from "@/api/client";

export const sampleObjective = "Explain chess moves and plans to beginners: correct, in plain words, and no longer than needed";

export async function sampleFile(): Promise<File> {
  const response = await fetch(sample);
  if (!response.ok) throw problemFrom(response.status, "The sample is not part of this build.");
  return new File([await response.blob()], "chess_tutor.jsonl");
}
