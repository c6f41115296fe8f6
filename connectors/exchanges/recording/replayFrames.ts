import type { Exchange } from '../exchange.ts';
import { readFrame } from '../session/readFrame.ts';
import type { SessionHandler } from '../session/session.ts';
import { readRecording } from './readRecording.ts';

export interface ReplayFramesOptions {
  /** Files of a recording, in order. */
  readonly paths: readonly string[];
  /** The protocol of an exchange by its name. */
  readonly exchangeNamed: (name: string) => Exchange;
  readonly handler: Pick<SessionHandler, 'message' | 'unreadable'>;
}

/**
 * Gives recorded frames to a handler as the session gave them when they came: same messages, same times.
 * @returns how many frames there were.
 * @throws UnreadableFile, BadField, and what the handler throws.
 */
export async function replayFrames(options: ReplayFramesOptions): Promise<number> {
  const { handler } = options;
  let frames = 0;
  for (const path of options.paths) {
    for await (const { exchange, frame, receivedMicros } of readRecording(path)) {
      frames++;
      const messages = readFrame(options.exchangeNamed(exchange), frame, receivedMicros);
      if (typeof messages === 'string') await handler.unreadable(frame, messages, receivedMicros);
      else for (const message of messages) await handler.message(message, receivedMicros);
    }
  }
  return frames;
}
