# Use custom LoRA for specific style
response = requests.post(
    "https://api.tensorone.ai/v2/ai/text-to-video",
    json={
        "prompt": "A knight on horseback riding through a medieval village",
        "model": "zeroscope-v2",
        "loraModels": [
            {
                "loraId": "lora_medieval_style_123",
                "weight": 0.8
            }
        ],
        "duration": 4.0
    }
)
