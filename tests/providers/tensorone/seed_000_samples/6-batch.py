# Generate multiple variations
batch_prompts = [
    "A cat sitting by a window watching rain",
    "A cat playing with a toy mouse indoors",
    "A cat sleeping peacefully on a couch"
]

video_ids = []
for prompt in batch_prompts:
    response = requests.post(
        "https://api.tensorone.ai/v2/ai/text-to-video",
        headers={"Authorization": "Bearer YOUR_API_KEY"},
        json={
            "prompt": prompt,
            "model": "zeroscope-v2",
            "duration": 3.0,
            "seed": None  # Random seed for variation
        }
    )
    
    video_ids.append(response.json()['videoId'])

print(f"Started generation of {len(video_ids)} videos")
