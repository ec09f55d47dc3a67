// What libraries make of OpenAI's responses API, whose input and output are items beside messages: each call
// of a tool is a message of its own, or all items together are one text. Pure functions, any thread.
#pragma once

#include <vector>

#include "steps/traces/chat_messages.hpp"

namespace steps::traces {

// Calls of tools that stand alone, right behind an answer, are part of it: the chat form wants their results
// next.
void join_tool_calls(std::vector<Message>& messages);

// A user's only message whose text is a list of messages and items, as JSON.stringify writes it, is replaced
// by what stands in it. Texts of users that merely contain JSON stay as they are.
void unpack_items(std::string_view where, MessagesIn& in);

}  // namespace steps::traces
