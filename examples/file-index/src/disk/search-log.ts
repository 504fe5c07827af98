import { RpcError } from "@crosspane/core";
import type { SearchReport, SearchResult } from "../file-index.service.js";

const maxReports = 50;

interface Logged {
  report: SearchReport;
}

/** Records the outcomes of the latest searches. */
export class SearchLog {
  #latest: Logged[] = [];

  /** Newest first. */
  reports(): SearchReport[] {
    return this.#latest.map(({ report }) => report);
  }

  /** Runs a search and records it: `run` calls its argument after each file. */
  async follow(
    text: string,
    filesToSearch: number,
    run: (onFile: () => void) => Promise<SearchResult>,
  ): Promise<SearchResult> {
    let filesSearched = 0;
    const progress = () => ({ text, filesSearched, filesToSearch });
    const logged: Logged = { report: { state: "running", progress: progress() } };
    this.#latest = [logged, ...this.#latest].slice(0, maxReports);
    try {
      const result = await run(() => {
        filesSearched += 1;
        logged.report = { state: "running", progress: progress() };
      });
      logged.report = { state: "finished", progress: progress(), lineCount: result.lineCount };
      return result;
    } catch (error) {
      logged.report = { state: "stopped", progress: progress(), reason: RpcError.from(error).code };
      throw error;
    }
  }
}
